-- A unit's members, unions and admissions are those of the units directly below it (for the country: its
-- provinces) and of the unions that it reports itself.
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

from_itself as (
    select
        period,
        org_unit_code,
        case when is_active then 1 else 0 end as unions,
        case when is_active then members_total end as members_total,
        members_admitted
    from {{ ref('fct_membership') }}
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
        sum(unions) as unions,
        sum(members_total) as members_total,
        sum(members_admitted) as members_admitted
    from parts
    group by period, org_unit_code
)

select
    totals.period,
    totals.org_unit_code
from totals
left join summed
    on totals.period = summed.period and totals.org_unit_code = summed.org_unit_code
where
    totals.unions is distinct from summed.unions
    or totals.members_total is distinct from summed.members_total
    or totals.members_admitted is distinct from summed.members_admitted
