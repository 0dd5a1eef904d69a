with membership as (
    select * from {{ ref('int_membership_by_unit') }}
    where sector = 'all' and basis = 'as_reported' and scope = 'all'
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

enterprises as (
    select * from {{ ref('int_enterprises_current') }}
),

agreements as (
    select * from {{ ref('int_agreement_coverage_by_unit') }}
),

-- Two units may report the same enterprise: above both it counts once, and has a union when either says so.
enterprises_merged as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        enterprises.tax_code,
        max(case when enterprises.has_union then 1 when not enterprises.has_union then 0 end) as has_union
    from enterprises
    inner join ancestors
        on enterprises.period = ancestors.period and enterprises.org_unit_code = ancestors.org_unit_code
    group by ancestors.period, ancestors.ancestor_code, enterprises.tax_code
),

enterprises_counted as (
    select
        period,
        org_unit_code,
        count(*) as enterprises,
        sum(has_union) as enterprises_with_union
    from enterprises_merged
    group by period, org_unit_code
),

unpivoted as (
    {% set measures = [
        ('membership', 'grassroots_unions', 'unions', 'unions'),
        ('membership', 'grassroots_unions', 'members_total', 'members_total'),
        ('membership', 'grassroots_unions', 'members_female', 'members_female'),
        ('membership', 'grassroots_unions', 'workers_total', 'workers_total'),
        ('enterprises_counted', 'enterprises', 'enterprises', 'enterprises'),
        ('enterprises_counted', 'enterprises', 'enterprises_with_union', 'enterprises_with_union'),
        ('agreements', 'agreements', 'agreements_in_force', 'in_force'),
    ] -%}
    {% for relation, form, measure, column in measures -%}
        select
            period,
            org_unit_code,
            '{{ form }}' as form,
            '{{ measure }}' as measure,
            cast({{ column }} as bigint) as value
        from {{ relation }}
        {% if not loop.last -%} union all {% endif %}
    {% endfor %}
),

final as (
    select
        period,
        org_unit_code,
        form,
        measure,
        value
    from unpivoted
    where value is not null
)

select * from final
