{%- set measures = [
    'unions', 'workers_total', 'workers_female', 'members_total', 'members_female', 'members_admitted', 'members_left',
    'unions_founded', 'unions_with_groups', 'union_groups', 'unions_with_sub_unions', 'sub_unions', 'officers_elected',
    'officers_trained', 'density_members', 'density_workers'
] -%}

with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

current_ancestors as (
    select * from {{ ref('int_org_unit_ancestors_dated') }}
    where shared_to is null
),

unions as (
    select * from {{ ref('int_unions_restated') }}
),

-- What is counted at the end of the period counts active unions only; what happened within it counts all.
measured as (
    select
        period,
        org_unit_code,
        current_org_unit_code,
        is_comparable,
        sector,
        case when is_active then 1 else 0 end as unions,
        case when is_active then workers_total end as workers_total,
        case when is_active then workers_female end as workers_female,
        case when is_active then members_total end as members_total,
        case when is_active then members_female end as members_female,
        members_admitted,
        members_left,
        case when is_founded_in_period then 1 when not is_founded_in_period then 0 end as unions_founded,
        case when is_active and union_groups > 0 then 1 when is_active and union_groups = 0 then 0 end
            as unions_with_groups,
        case when is_active then union_groups end as union_groups,
        case when is_active and sub_unions > 0 then 1 when is_active and sub_unions = 0 then 0 end
            as unions_with_sub_unions,
        case when is_active then sub_unions end as sub_unions,
        case when is_active and officers_trained is not null then officers_elected end as officers_elected,
        case when is_active and officers_elected is not null then officers_trained end as officers_trained,
        case when is_active and counts_for_density and workers_total is not null then members_total end
            as density_members,
        case when is_active and counts_for_density and members_total is not null then workers_total end
            as density_workers
    from unions
),

-- Added up before rows are multiplied, by the levels, by 'all' and by the scopes.
by_place as (
    select
        period,
        org_unit_code,
        current_org_unit_code,
        is_comparable,
        sector,
        {% for measure in measures -%}
            cast(sum({{ measure }}) as bigint) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from measured
    group by period, org_unit_code, current_org_unit_code, is_comparable, sector
),

placed as (
    select
        by_place.*,
        'as_reported' as basis,
        ancestors.ancestor_code
    from by_place
    inner join ancestors
        on by_place.period = ancestors.period and by_place.org_unit_code = ancestors.org_unit_code
    union all
    select
        by_place.*,
        'current_structure' as basis,
        current_ancestors.ancestor_code
    from by_place
    inner join current_ancestors on by_place.current_org_unit_code = current_ancestors.org_unit_code
),

rolled_up as (
    select
        period,
        ancestor_code,
        sector,
        basis,
        is_comparable,
        {% for measure in measures -%}
            cast(sum({{ measure }}) as bigint) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from placed
    group by period, ancestor_code, sector, basis, is_comparable
),

by_sector_and_all as (
    select
        rolled_up.*,
        rolled_up.sector as sector_group
    from rolled_up
    union all
    select
        rolled_up.*,
        'all' as sector_group
    from rolled_up
),

by_scope as (
    select
        by_sector_and_all.*,
        'all' as scope
    from by_sector_and_all
    union all
    select
        by_sector_and_all.*,
        'comparable' as scope
    from by_sector_and_all
    where is_comparable
),

final as (
    select
        period,
        ancestor_code as org_unit_code,
        sector_group as sector,
        basis,
        scope,
        {% for measure in measures -%}
            cast(sum({{ measure }}) as bigint) as {{ measure }},
        {% endfor -%}
        {{ percent('sum(density_members)', 'sum(density_workers)') }} as density_pct
    from by_scope
    group by period, ancestor_code, sector_group, basis, scope
)

select * from final
