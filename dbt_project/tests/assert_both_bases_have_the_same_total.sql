-- The country has the same figures on both bases, and so have a province of today and the provinces that it
-- came from. Where single units went from one province to another, their history went with them: those
-- provinces are not compared.
{% set measures = [
    'unions', 'workers_total', 'workers_female', 'members_total', 'members_female', 'members_admitted',
    'members_left', 'unions_founded', 'unions_with_groups', 'union_groups', 'unions_with_sub_unions', 'sub_unions',
    'officers_elected', 'officers_trained', 'density_members', 'density_workers'
] %}

with membership as (
    select * from {{ ref('mart_membership') }}
),

org_units as (
    select * from {{ ref('dim_org_unit') }}
    where level <= 1
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

restated as (
    select * from {{ ref('int_org_units_restated') }}
),

-- The country and the units right below it, in each period.
heads as (
    select
        restated.*,
        org_units.level
    from restated
    inner join org_units
        on restated.org_unit_code = org_units.org_unit_code and restated.valid_from = org_units.valid_from
),

parted as (
    select distinct
        heads.period,
        heads.current_branch_code as head_branch,
        restated.current_branch_code as unit_branch
    from heads
    inner join ancestors on heads.period = ancestors.period and heads.org_unit_code = ancestors.ancestor_code
    inner join restated
        on ancestors.period = restated.period and ancestors.org_unit_code = restated.org_unit_code
    where heads.level = 1 and heads.current_branch_code <> restated.current_branch_code
),

-- What a divided province reported itself stands with the country, below no province.
not_compared as (
    select
        period,
        head_branch as org_unit_code
    from parted
    union
    select
        period,
        unit_branch as org_unit_code
    from parted
    union
    select
        period,
        org_unit_code
    from heads
    where level = 0
),

as_reported as (
    select
        membership.period,
        heads.current_branch_code as org_unit_code,
        membership.sector,
        membership.scope,
        heads.level,
        {% for measure in measures -%}
            cast(sum(membership.{{ measure }}) as bigint) as {{ measure }},
        {% endfor -%}
        cast(sum(case when membership.sector = 'all' then membership.reporters_expected end) as bigint)
            as reporters_expected,
        cast(sum(case when membership.sector = 'all' then membership.reporters_reported end) as bigint)
            as reporters_reported
    from membership
    inner join heads
        on membership.period = heads.period and membership.org_unit_code = heads.org_unit_code
    where membership.basis = 'as_reported'
    group by membership.period, heads.current_branch_code, membership.sector, membership.scope, heads.level
),

current_structure as (
    select
        membership.period,
        membership.org_unit_code,
        membership.sector,
        membership.scope,
        org_units.level,
        {% for measure in measures -%}
            membership.{{ measure }},
        {% endfor -%}
        -- a province that has no union of a sector has no row for it, and no place for its reporters
        case when membership.sector = 'all' then membership.reporters_expected end as reporters_expected,
        case when membership.sector = 'all' then membership.reporters_reported end as reporters_reported
    from membership
    inner join org_units
        on
            membership.org_unit_code = org_units.org_unit_code
            and membership.org_unit_valid_from = org_units.valid_from
    where membership.basis = 'current_structure'
),

unequal as (
    (
        select * from as_reported
        except
        select * from current_structure
    )
    union all
    (
        select * from current_structure
        except
        select * from as_reported
    )
)

select unequal.*
from unequal
left join not_compared
    on unequal.period = not_compared.period and unequal.org_unit_code = not_compared.org_unit_code
where unequal.level = 0 or not_compared.org_unit_code is null
