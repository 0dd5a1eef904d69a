{#- The figures of a province's summary, each with the measure of the units' reports it is compared with. -#}
{%- set measures = {
    'unions': 'membership.unions',
    'members_total': 'membership.members_total',
    'members_female': 'membership.members_female',
    'workers_total': 'membership.workers_total',
    'enterprises': 'enterprises.enterprises_reported',
    'enterprises_with_union': 'reconciliation.enterprises_with_union',
    'agreements_in_force': 'agreements.in_force',
} -%}

with compared as (
    select * from {{ ref('mart_reconciliation') }}
    where not is_total
),

reported as (
    select * from {{ ref('lineage_measure') }}
    where sector = 'all' and basis = 'as_reported' and scope = 'all'
),

summaries as (
    select * from {{ ref('history_province_summary') }}
    where known_to is null
),

measures as (
    {% for figure, measure in measures.items() -%}
        select
            '{{ figure }}' as figure,
            '{{ measure }}' as measure
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

stated as (
    {% for figure in measures -%}
        select
            period,
            org_unit_code as province_code,
            unit_code,
            '{{ figure }}' as figure,
            {{ figure }} as contribution,
            submission_id,
            source_sheet,
            source_row
        from summaries
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

of_units as (
    select
        compared.period,
        compared.province_code,
        compared.org_unit_code,
        compared.measure,
        'units_value' as side,
        reported.contribution,
        reported.fact,
        reported.field,
        reported.submission_id,
        reported.source_sheet,
        reported.source_row
    from compared
    inner join measures on compared.measure = measures.figure
    inner join reported
        on
            compared.period = reported.period
            and compared.org_unit_code = reported.org_unit_code
            and measures.measure = reported.measure
    union all
    select
        compared.period,
        compared.province_code,
        compared.org_unit_code,
        compared.measure,
        'province_value' as side,
        cast(stated.contribution as double) as contribution,
        'history_province_summary' as fact,
        compared.measure as field,
        stated.submission_id,
        stated.source_sheet,
        stated.source_row
    from compared
    inner join stated
        on
            compared.period = stated.period
            and compared.province_code = stated.province_code
            and compared.org_unit_code = stated.unit_code
            and compared.measure = stated.figure
    where stated.contribution is not null
),

totals as (
    select false as is_total
    union all
    select true as is_total
),

-- The total of a province rests on the rows of all its units.
final as (
    select
        of_units.period,
        of_units.province_code,
        case when totals.is_total then of_units.province_code else of_units.org_unit_code end
            as org_unit_code,
        totals.is_total,
        of_units.measure,
        of_units.side,
        of_units.contribution,
        of_units.fact,
        of_units.field,
        of_units.submission_id,
        of_units.source_sheet,
        of_units.source_row
    from of_units
    cross join totals
)

select * from final
