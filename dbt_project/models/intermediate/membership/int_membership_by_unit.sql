{%- set measures = membership_measures().strip().split('\n') -%}
{%- set names = [] -%}
{%- for line in measures -%}{%- do names.append(line.split(' | ')[0]) -%}{%- endfor -%}
{%- set added_up -%}
    {%- for name in names -%}
        cast(sum({{ name }}) as bigint) as {{ name }}{% if not loop.last %}, {% endif %}
    {%- endfor -%}
{%- endset -%}

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

-- Added up before rows are multiplied, by 'all', by the levels and by the scopes.
by_place as (
    select
        period,
        org_unit_code,
        current_org_unit_code,
        is_comparable,
        sector,
        {{ added_up }}
    from measured
    group by period, org_unit_code, current_org_unit_code, is_comparable, sector
),

by_sector_and_all as (
    select * from by_place
    union all
    select
        period,
        org_unit_code,
        current_org_unit_code,
        is_comparable,
        'all' as sector,
        {{ added_up }}
    from by_place
    group by period, org_unit_code, current_org_unit_code, is_comparable
),

placed as (
    select
        by_sector_and_all.*,
        'as_reported' as basis,
        ancestors.ancestor_code
    from by_sector_and_all
    inner join ancestors
        on
            by_sector_and_all.period = ancestors.period
            and by_sector_and_all.org_unit_code = ancestors.org_unit_code
    union all
    select
        by_sector_and_all.*,
        'current_structure' as basis,
        current_ancestors.ancestor_code
    from by_sector_and_all
    inner join current_ancestors on by_sector_and_all.current_org_unit_code = current_ancestors.org_unit_code
),

rolled_up as (
    select
        period,
        ancestor_code,
        sector,
        basis,
        is_comparable,
        {{ added_up }}
    from placed
    group by period, ancestor_code, sector, basis, is_comparable
),

by_scope as (
    select
        period,
        ancestor_code,
        sector,
        basis,
        'all' as scope,
        {{ added_up }}
    from rolled_up
    group by period, ancestor_code, sector, basis
    union all
    select
        period,
        ancestor_code,
        sector,
        basis,
        'comparable' as scope,
        {{ names | join(', ') }}
    from rolled_up
    where is_comparable
),

final as (
    select
        period,
        ancestor_code as org_unit_code,
        sector,
        basis,
        scope,
        {{ names | join(', ') }},
        {{ percent('density_members', 'density_workers') }} as density_pct
    from by_scope
)

select * from final
