with targets as (
    select * from {{ ref('int_target_actuals') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

actuals as (
    select * from {{ ref('int_indicator_values') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

of_period as (
    select * from {{ ref('int_completeness_by_unit') }}
),

to_date as (
    select * from {{ ref('int_completeness_to_date') }}
),

wanted as (
    select distinct
        org_unit_code,
        org_unit_valid_from,
        indicator_code,
        coalesce(threshold, 0) as threshold,
        counted_over <> 'moment' as counts_from_january
    from targets
    where
        is_followed
        and target_value is not null
        and org_unit_valid_from is not null
        and inherited_from_code is null
),

-- Only quarters that ask for the indicator: in the others an old value stands on.
measured as (
    select
        wanted.*,
        periods.period,
        periods.year,
        periods.quarter,
        periods.ends_on,
        {{ period_index('periods.year', 'periods.quarter') }} as period_index,
        {{ periods_per_year('indicators.frequency') }} as periods_per_year,
        actuals.value_to_date,
        {{ is_complete_enough('to_date.completeness_pct') }} as is_complete_to_date,
        case
            when not wanted.counts_from_january then actuals.value_to_date
            when indicators.aggregation_over_time = 'sum' then actuals.value
        end as value,
        case
            when wanted.counts_from_january then {{ is_complete_enough('of_period.completeness_pct') }}
            else {{ is_complete_enough('to_date.completeness_pct') }}
        end as is_complete
    from wanted
    inner join indicators on wanted.indicator_code = indicators.indicator_code
    inner join units
        on wanted.org_unit_code = units.org_unit_code and wanted.org_unit_valid_from = units.valid_from
    inner join periods
        on
            units.period = periods.period
            and {{ asks_in_quarter('indicators.frequency', 'periods.quarter') }}
    inner join actuals
        on
            units.period = actuals.period
            and units.org_unit_code = actuals.org_unit_code
            and wanted.indicator_code = actuals.indicator_code
            and wanted.threshold = actuals.threshold
    left join of_period
        on
            units.period = of_period.period
            and units.org_unit_code = of_period.org_unit_code
            and indicators.subject = of_period.subject
    left join to_date
        on
            units.period = to_date.period
            and units.org_unit_code = to_date.org_unit_code
            and indicators.subject = to_date.subject
            and indicators.frequency = to_date.frequency
            and indicators.is_summed = to_date.is_summed
),

final as (
    select * from measured
    where value_to_date is not null
)

select * from final
