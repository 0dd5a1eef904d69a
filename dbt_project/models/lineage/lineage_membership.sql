{%- set relations = {
    'membership': membership_measures().strip().split('\n'),
    'unions': union_measures().strip().split('\n'),
    'agreements': eligibility_measures().strip().split('\n'),
} -%}

with unions as (
    select * from {{ ref('fct_membership') }}
),

sectors as (
    select * from {{ ref('dim_sector') }}
),

levels as (
    select * from {{ ref('lineage_level') }}
),

measures as (
    {% for relation, lines in relations.items() -%}
        {% set is_last_relation = loop.last -%}
        {% for line in lines -%}
            {%- set measure, field, contribution = line.split(' | ') -%}
            select
                '{{ relation }}.{{ measure }}' as measure,
                '{{ field }}' as field
            {% if not (is_last_relation and loop.last) %}union all{% endif %}
        {% endfor -%}
    {% endfor %}
),

sector_groups as (
    select false as is_all
    union all
    select true as is_all
),

scopes as (
    select 'all' as scope
    union all
    select 'comparable' as scope
),

described as (
    select
        unions.*,
        unions.is_agreement_eligible as is_eligible,
        unions.has_agreement is not null as is_agreements_reported,
        sectors.counts_for_density,
        sectors.is_state
    from unions
    left join sectors on unions.sector = sectors.sector
),

-- Who reports a row on either basis.
reported as (
    select
        described.*,
        'as_reported' as basis,
        org_unit_code as reporter_code
    from described
    union all
    select
        described.*,
        'current_structure' as basis,
        current_org_unit_code as reporter_code
    from described
),

-- The units above the reporter, for every measure.
placed as (
    select
        levels.org_unit_code as level_code,
        case when sector_groups.is_all then 'all' else reported.sector end as sector_group,
        scopes.scope,
        measures.measure,
        measures.field,
        reported.*
    from reported
    inner join levels
        on
            reported.period = levels.period
            and reported.basis = levels.basis
            and reported.reporter_code = levels.reporter_code
    inner join scopes on reported.is_comparable or scopes.scope = 'all'
    cross join sector_groups
    cross join measures
),

final as (
    select
        period,
        level_code as org_unit_code,
        measure,
        sector_group as sector,
        basis,
        scope,
        cast(null as bigint) as threshold,
        case measure
            {% for relation, lines in relations.items() -%}
                {% for line in lines -%}
                    {%- set measure, field, contribution = line.split(' | ') -%}
                    when '{{ relation }}.{{ measure }}' then cast({{ contribution }} as double)
                {% endfor -%}
            {% endfor %}
        end as contribution,
        'fct_membership' as fact,
        field,
        submission_id,
        source_sheet,
        source_row
    from placed
)

select * from final
where contribution is not null
