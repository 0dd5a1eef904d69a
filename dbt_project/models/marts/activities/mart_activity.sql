with activities as (
    select * from {{ ref('int_activities_by_unit') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

completeness as (
    select * from {{ ref('int_completeness_by_unit') }}
    where subject = 'activities'
),

-- Only what is known has a row: neither plan nor actual value is nothing that could be shown.
final as (
    select
        activities.period,
        activities.org_unit_code,
        units.valid_from as org_unit_valid_from,
        units.name_vi as org_unit_name_vi,
        units.unit_type,
        activities.indicator_code,
        indicators.name_vi as indicator_name_vi,
        indicators.unit,
        activities.plan_value,
        activities.actual_value,
        activities.pct_of_plan,
        activities.reporters_with_value,
        completeness.reporters_expected,
        completeness.reporters_reported,
        completeness.completeness_pct
    from activities
    inner join indicators on activities.indicator_code = indicators.indicator_code
    inner join units
        on activities.period = units.period and activities.org_unit_code = units.org_unit_code
    left join completeness
        on activities.period = completeness.period and activities.org_unit_code = completeness.org_unit_code
    where activities.plan_value is not null or activities.actual_value is not null
)

select * from final
