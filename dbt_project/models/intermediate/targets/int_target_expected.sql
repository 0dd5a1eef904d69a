with targets as (
    select
        int_target_actuals.*,
        coalesce(int_target_actuals.threshold, 0) as series_threshold
    from {{ ref('int_target_actuals') }} as int_target_actuals
    where is_followed and target_value is not null and inherited_from_code is null
),

series as (
    select * from {{ ref('int_target_series') }}
    where not counts_from_january and is_complete_to_date
),

seasonality as (
    select * from {{ ref('int_target_seasonality') }}
),

target_years as (
    select distinct
        org_unit_code,
        indicator_code,
        target_set,
        target_year
    from targets
),

-- The years of a set of targets are its steps: the one that runs begins where the last one over has ended.
steps as (
    select
        targets.period,
        targets.org_unit_code,
        targets.indicator_code,
        targets.target_set,
        targets.target_year,
        targets.inherited_from_code,
        max(earlier.target_year) as step_year
    from targets
    inner join target_years as earlier
        on
            targets.org_unit_code = earlier.org_unit_code
            and targets.indicator_code = earlier.indicator_code
            and targets.target_set = earlier.target_set
            and targets.target_year > earlier.target_year
            and targets.year > earlier.target_year
    where targets.counted_over = 'moment'
    group by
        targets.period, targets.org_unit_code, targets.indicator_code, targets.target_set,
        targets.target_year, targets.inherited_from_code
),

-- Where the path of a stock or a ratio begins: the first figure known, of this unit, since the step began.
baselines as (
    select
        targets.period,
        targets.org_unit_code,
        targets.indicator_code,
        targets.target_set,
        targets.target_year,
        targets.inherited_from_code,
        min(series.period_index) as baseline_index,
        min_by(series.value_to_date, series.period_index) as baseline_value
    from targets
    left join steps on {{ is_same_target('targets', 'steps') }}
    inner join series
        on
            targets.org_unit_code = series.org_unit_code
            and targets.org_unit_valid_from = series.org_unit_valid_from
            and targets.indicator_code = series.indicator_code
            and targets.series_threshold = series.threshold
            and targets.last_index >= series.period_index
            and series.period_index >= coalesce({{ period_index('steps.step_year', '4') }}, 0)
    where targets.counted_over = 'moment'
    group by
        targets.period, targets.org_unit_code, targets.indicator_code, targets.target_set,
        targets.target_year, targets.inherited_from_code
),

joined as (
    select
        targets.*,
        seasonality.share,
        baselines.baseline_index,
        baselines.baseline_value
    from targets
    left join baselines on {{ is_same_target('targets', 'baselines') }}
    left join seasonality
        on
            targets.counted_over = 'year'
            and targets.org_unit_code = seasonality.org_unit_code
            and targets.org_unit_valid_from = seasonality.org_unit_valid_from
            and targets.indicator_code = seasonality.indicator_code
            and targets.series_threshold = seasonality.threshold
            and targets.target_year = seasonality.target_year
            and targets.last_index = {{ period_index('targets.year', 'seasonality.quarter') }}
),

-- A figure that only counts in its year is expected in no year before. A unit that has reached its target
-- once is expected to stay there.
final as (
    select
        period,
        org_unit_code,
        indicator_code,
        target_set,
        target_year,
        inherited_from_code,
        case
            when counted_over = 'moment' then 'path'
            when share is not null then 'seasonal'
            else 'pro_rata'
        end as expected_by,
        case
            when counted_over = 'moment' and baseline_value is null then null
            when counted_over = 'year' and year <> target_year then null
            when
                counted_over = 'moment'
                and (
                    last_index >= end_index
                    or {{ target_is_met('operator', 'baseline_value', 'target_value') }}
                )
                then target_value
            when counted_over = 'moment'
                then
                    baseline_value
                    + (target_value - baseline_value)
                    * (last_index - baseline_index) / (end_index - baseline_index)
            else target_value * coalesce(share, periods_elapsed / periods_in_all)
        end as expected_value,
        baseline_value
    from joined
)

select * from final
