with org_units as (
    select * from {{ ref('org_units') }}
),

unit_types as (
    select * from {{ ref('unit_types') }}
),

final as (
    select
        org_units.org_unit_code,
        org_units.valid_from,
        org_units.valid_to,
        org_units.name_vi,
        org_units.unit_type,
        unit_types.name_vi as unit_type_name_vi,
        org_units.parent_code,
        org_units.admin_code,
        org_units.province_name,
        org_units.reports
    from org_units
    left join unit_types on org_units.unit_type = unit_types.unit_type
)

select * from final
