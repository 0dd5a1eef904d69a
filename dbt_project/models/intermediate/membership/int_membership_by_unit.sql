{%- set measures = membership_measures().strip().split('\n') -%}

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

measured as (
    select
        period,
        org_unit_code,
        current_org_unit_code,
        is_comparable,
        sector,
        {% for line in measures -%}
            {%- set measure, field, contribution = line.split(' | ') -%}
            {{ contribution }} as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
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
        {% for line in measures -%}
            {%- set measure, field, contribution = line.split(' | ') -%}
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
        {% for line in measures -%}
            {%- set measure, field, contribution = line.split(' | ') -%}
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
        {% for line in measures -%}
            {%- set measure, field, contribution = line.split(' | ') -%}
            cast(sum({{ measure }}) as bigint) as {{ measure }},
        {% endfor -%}
        {{ percent('sum(density_members)', 'sum(density_workers)') }} as density_pct
    from by_scope
    group by period, ancestor_code, sector_group, basis, scope
)

select * from final
