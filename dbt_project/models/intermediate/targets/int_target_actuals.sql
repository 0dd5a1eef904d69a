with targets as (
    select * from {{ ref('int_targets_by_period') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

periods as (
    select * from {{ ref('int_periods_generated') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

actuals as (
    select * from {{ ref('int_indicator_values') }}
),

completeness as (
    select * from {{ ref('int_completeness_to_date') }}
),

described as (
    select
        targets.*,
        periods.year,
        periods.quarter,
        units.valid_from as org_unit_valid_from,
        indicators.subject,
        indicators.frequency,
        indicators.is_summed,
        coalesce(indicators.aggregation_over_units = 'sum', false) as only_grows,
        case
            when indicators.aggregation_over_time = 'sum' and targets.first_year < targets.target_year
                then 'term'
            when indicators.aggregation_over_time = 'sum' or indicators.kind = 'flow' then 'year'
            else 'moment'
        end as counted_over,
        {{ periods_per_year('indicators.frequency') }} as periods_per_year,
        {{ periods_asked('indicators.frequency', 'periods.quarter') }} as periods_asked
    from targets
    inner join periods on targets.period = periods.period
    left join indicators on targets.indicator_code = indicators.indicator_code
    left join units on targets.period = units.period and targets.org_unit_code = units.org_unit_code
),

-- A sum over a term is that of this year so far and of its earlier years, each as it stood when it ended.
counted as (
    select
        described.*,
        described.period as counted_period,
        described.periods_asked as periods_counted
    from described
    where is_followed
    union all
    select
        described.*,
        periods.period as counted_period,
        described.periods_per_year as periods_counted
    from described
    inner join periods
        on described.first_year <= periods.year and described.year > periods.year and periods.quarter = 4
    where described.is_followed and described.counted_over = 'term'
),

-- In a sum over a term every period asked for weighs alike; a year of which nothing is known is not complete.
figures as (
    select
        counted.period,
        counted.org_unit_code,
        counted.indicator_code,
        counted.target_set,
        counted.target_year,
        counted.inherited_from_code,
        max(actuals.actual_period) as actual_period,
        sum(actuals.value_to_date) as actual_value,
        case
            when max(counted.counted_over) = 'term'
                then
                    sum(coalesce(completeness.completeness_pct, 0) * counted.periods_counted)
                    / nullif(sum(counted.periods_counted), 0)
            else max(completeness.completeness_pct)
        end as completeness_pct
    from counted
    left join units as units_then
        on
            counted.counted_period = units_then.period
            and counted.org_unit_code = units_then.org_unit_code
            and counted.org_unit_valid_from = units_then.valid_from
    left join actuals
        on
            units_then.period = actuals.period
            and units_then.org_unit_code = actuals.org_unit_code
            and counted.indicator_code = actuals.indicator_code
            and coalesce(counted.threshold, 0) = actuals.threshold
    left join completeness
        on
            units_then.period = completeness.period
            and units_then.org_unit_code = completeness.org_unit_code
            and counted.subject = completeness.subject
            and counted.frequency = completeness.frequency
            and counted.is_summed = completeness.is_summed
    where counted.inherited_from_code is null
    group by
        counted.period, counted.org_unit_code, counted.indicator_code, counted.target_set,
        counted.target_year, counted.inherited_from_code
),

final as (
    select
        described.*,
        figures.actual_period,
        figures.actual_value,
        figures.completeness_pct,
        described.periods_asked
        + case
            when described.counted_over = 'term'
                then described.periods_per_year * (described.year - described.first_year)
            else 0
        end as periods_elapsed,
        described.periods_per_year
        * case
            when described.counted_over = 'term' then described.target_year - described.first_year + 1
            else 1
        end as periods_in_all,
        greatest(
            0,
            described.periods_per_year * (described.target_year - described.year + 1)
            - described.periods_asked
        ) as periods_left,
        -- the quarter of the last report asked for, and the last quarter of the target year
        cast(
            4 * described.year + 4 * described.periods_asked / described.periods_per_year as bigint
        ) as last_index,
        {{ period_index('described.target_year', '4') }} as end_index
    from described
    left join figures on {{ is_same_target('described', 'figures') }}
)

select * from final
