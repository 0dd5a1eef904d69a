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
final as (
    select
        indicator_periods.period,
        base_values.org_unit_code,
        base_values.indicator_code,
        base_values.threshold,
        max(case when indicators.is_summed then indicator_periods.period else base_values.period end)
            as actual_period,
        sum(base_values.value) as value_to_date
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
    inner join units as units_then
        on base_values.period = units_then.period and base_values.org_unit_code = units_then.org_unit_code
    inner join units
        on
            indicator_periods.period = units.period
            and base_values.org_unit_code = units.org_unit_code
            and units_then.valid_from = units.valid_from
    group by
        indicator_periods.period, base_values.org_unit_code, base_values.indicator_code, base_values.threshold
)

select * from final
