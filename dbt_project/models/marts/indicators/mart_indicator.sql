with indicator_values as (
    select * from {{ ref('int_indicator_values') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

completeness as (
    select * from {{ ref('int_completeness_by_unit') }}
),

completeness_to_date as (
    select * from {{ ref('int_completeness_to_date') }}
),

-- Only what is known has a row: a unit without one has not reported, which mart_reporting_rate lists.
final as (
    select
        indicator_values.period,
        indicator_values.org_unit_code,
        units.valid_from as org_unit_valid_from,
        units.name_vi as org_unit_name_vi,
        units.unit_type,
        indicator_values.indicator_code,
        indicators.name_vi as indicator_name_vi,
        indicators.unit,
        indicators.unit_vi,
        nullif(indicator_values.threshold, 0) as threshold,
        indicator_values.value,
        indicator_values.numerator_value,
        indicator_values.denominator_value,
        completeness.completeness_pct,
        indicator_values.actual_period,
        indicator_values.value_to_date,
        indicator_values.numerator_to_date,
        indicator_values.denominator_to_date,
        completeness_to_date.completeness_pct as completeness_to_date_pct
    from indicator_values
    inner join indicators on indicator_values.indicator_code = indicators.indicator_code
    inner join units
        on
            indicator_values.period = units.period
            and indicator_values.org_unit_code = units.org_unit_code
    left join completeness
        on
            indicator_values.period = completeness.period
            and indicator_values.org_unit_code = completeness.org_unit_code
            and indicators.subject = completeness.subject
    left join completeness_to_date
        on
            indicator_values.period = completeness_to_date.period
            and indicator_values.org_unit_code = completeness_to_date.org_unit_code
            and indicators.subject = completeness_to_date.subject
            and indicators.frequency = completeness_to_date.frequency
            and indicators.is_summed = completeness_to_date.is_summed
)

select * from final
