-- The administrative code of a union unit, and those of the area it covers, are codes of places on its first
-- day.
with org_units as (
    select * from {{ ref('dim_org_unit') }}
),

areas as (
    select * from {{ ref('org_unit_areas') }}
),

admin_units as (
    select * from {{ ref('dim_admin_unit') }}
),

placed as (
    select
        org_unit_code,
        valid_from,
        admin_code,
        unit_type as level
    from org_units
    where admin_code is not null and unit_type in ('province', 'district', 'commune')
    union all
    select
        org_unit_code,
        valid_from,
        admin_code,
        'commune' as level
    from areas
)

select
    placed.org_unit_code,
    placed.valid_from,
    placed.admin_code
from placed
left join admin_units
    on
        placed.admin_code = admin_units.code
        and placed.level = admin_units.level
        and {{ is_valid_on('admin_units', 'placed.valid_from') }}
where admin_units.code is null
