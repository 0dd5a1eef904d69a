with org_units as (
    select * from {{ ref('org_units') }}
),

unit_types as (
    select * from {{ ref('unit_types') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

final as (
    select
        periods.period,
        periods.quarter,
        org_units.org_unit_code,
        org_units.valid_from,
        org_units.valid_to,
        org_units.name_vi,
        org_units.unit_type,
        org_units.parent_code,
        org_units.reports,
        coalesce(unit_types.expects_headline_targets, false) as expects_headline_targets
    from org_units
    inner join periods on {{ is_valid_on('org_units', 'periods.ends_on') }}
    left join unit_types on org_units.unit_type = unit_types.unit_type
)

select * from final
