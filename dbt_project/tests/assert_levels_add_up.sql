-- A unit's members, unions and admissions are those of the units directly below it (for the country: its
-- provinces) and of the unions that it reports itself, or that are placed with it on the current structure.
with totals as (
    select * from {{ ref('mart_membership') }}
    where sector = 'all'
),

org_units as (
    select * from {{ ref('dim_org_unit') }}
),

from_below as (
    select
        totals.period,
        org_units.parent_code as org_unit_code,
        totals.basis,
        totals.scope,
        totals.unions,
        totals.members_total,
        totals.members_admitted
    from totals
    inner join org_units
        on
            totals.org_unit_code = org_units.org_unit_code
            and totals.org_unit_valid_from = org_units.valid_from
    where org_units.parent_code is not null
),

scopes as (
    select 'all' as scope
    union all
    select 'comparable' as scope
),

bases as (
    select 'as_reported' as basis
    union all
    select 'current_structure' as basis
),

from_itself as (
    select
        unions.period,
        case when bases.basis = 'as_reported' then unions.org_unit_code else unions.current_org_unit_code end
            as org_unit_code,
        bases.basis,
        scopes.scope,
        case when unions.is_active then 1 else 0 end as unions,
        case when unions.is_active then unions.members_total end as members_total,
        unions.members_admitted
    from {{ ref('fct_membership') }} as unions
    cross join bases
    cross join scopes
    where scopes.scope = 'all' or unions.is_comparable
),

parts as (
    select * from from_below
    union all
    select * from from_itself
),

summed as (
    select
        period,
        org_unit_code,
        basis,
        scope,
        sum(unions) as unions,
        sum(members_total) as members_total,
        sum(members_admitted) as members_admitted
    from parts
    group by period, org_unit_code, basis, scope
)

select
    totals.period,
    totals.org_unit_code,
    totals.basis,
    totals.scope
from totals
left join summed
    on
        totals.period = summed.period
        and totals.org_unit_code = summed.org_unit_code
        and totals.basis = summed.basis
        and totals.scope = summed.scope
where
    totals.unions is distinct from summed.unions
    or totals.members_total is distinct from summed.members_total
    or totals.members_admitted is distinct from summed.members_admitted
