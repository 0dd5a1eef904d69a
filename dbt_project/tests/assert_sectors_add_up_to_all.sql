-- The sectors of a unit and period add up to its row 'all', and no such row has figures without sectors.
{% set measures = [
    'unions', 'workers_total', 'workers_female', 'members_total', 'members_female', 'members_admitted',
    'members_left', 'unions_founded', 'unions_with_groups', 'union_groups', 'unions_with_sub_unions', 'sub_unions',
    'officers_elected', 'officers_trained', 'density_members', 'density_workers'
] %}

with membership as (
    select * from {{ ref('mart_membership') }}
),

totals as (
    select
        period,
        org_unit_code,
        basis,
        scope,
        {{ measures | join(', ') }}
    from membership
    where sector = 'all'
),

parts as (
    select
        period,
        org_unit_code,
        basis,
        scope,
        {% for measure in measures -%}
            cast(sum({{ measure }}) as bigint) as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from membership
    where sector <> 'all'
    group by period, org_unit_code, basis, scope
),

-- nulls are equal here: what no sector knows must be unknown in the total
unequal as (
    select * from parts
    except
    select * from totals
),

without_parts as (
    select totals.*
    from totals
    left join parts
        on
            totals.period = parts.period
            and totals.org_unit_code = parts.org_unit_code
            and totals.basis = parts.basis
            and totals.scope = parts.scope
    where parts.org_unit_code is null and totals.unions is not null
)

select * from unequal
union all
select * from without_parts
