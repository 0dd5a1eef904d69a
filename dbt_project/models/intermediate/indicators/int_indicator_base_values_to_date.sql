with base_values as (
    select * from {{ ref('int_indicator_base_values') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

indicator_periods as (
    select * from {{ ref('int_indicator_periods') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

-- A code may have come to mean another unit: only what the same unit reported counts.
same_units as (
    select distinct
        indicator_periods.period,
        indicator_periods.counted_period,
        units.org_unit_code
    from indicator_periods
    inner join units on indicator_periods.period = units.period
    inner join units as units_then
        on
            indicator_periods.counted_period = units_then.period
            and units.org_unit_code = units_then.org_unit_code
            and units.valid_from = units_then.valid_from
),

counted as (
    select
        indicator_periods.period,
        base_values.org_unit_code,
        base_values.indicator_code,
        base_values.threshold,
        base_values.period as counted_period,
        base_values.value,
        indicators.is_summed
    from base_values
    inner join indicators on base_values.indicator_code = indicators.indicator_code
    inner join indicator_periods
        on
            base_values.period = indicator_periods.counted_period
            and indicators.frequency = indicator_periods.frequency
            and indicators.is_summed = indicator_periods.is_summed
            -- what counts since January says nothing of the next year
            and (
                not indicators.is_cumulative
                or left(base_values.period, 4) = left(indicator_periods.period, 4)
            )
    inner join same_units
        on
            indicator_periods.period = same_units.period
            and indicator_periods.counted_period = same_units.counted_period
            and base_values.org_unit_code = same_units.org_unit_code
),

-- Only flows are added up: a stock stands in one row already, and most values are stocks.
final as (
    select
        period,
        org_unit_code,
        indicator_code,
        threshold,
        counted_period as actual_period,
        value as value_to_date
    from counted
    where not is_summed
    union all
    select
        period,
        org_unit_code,
        indicator_code,
        threshold,
        period as actual_period,
        sum(value) as value_to_date
    from counted
    where is_summed
    group by period, org_unit_code, indicator_code, threshold
)

select * from final
