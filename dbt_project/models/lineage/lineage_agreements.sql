{%- set of_terms = agreement_measures().strip().split('\n') -%}
{%- set of_standing = {
    'in_force': ('expires_on', 'standing = 3'),
    'not_yet_effective': ('effective_on', 'standing = 2'),
    'expired': ('expires_on', 'standing = 1'),
    'signed_in_period': ('signed_on', 'is_signed = 1'),
} -%}

with agreements as (
    select * from {{ ref('fct_agreement') }}
),

levels as (
    select * from {{ ref('lineage_level') }}
    where basis = 'as_reported'
),

measures as (
    {% for measure, (field, condition) in of_standing.items() -%}
        select
            'agreements.{{ measure }}' as measure,
            '{{ field }}' as field
        union all
    {% endfor -%}
    {% for line in of_terms -%}
        {%- set measure, field, contribution = line.split(' | ') -%}
        select
            'agreement_terms.{{ measure }}' as measure,
            '{{ field }}' as field
        union all
    {% endfor -%}
    select
        'agreement_terms.shift_meal_min' as measure,
        'shift_meal_vnd' as field
    union all
    select
        'agreements.workers_covered' as measure,
        'workers_covered' as field
),

-- An agreement of several employers stands in several rows and is one agreement.
whole as (
    select
        period,
        org_unit_code,
        tax_code,
        status,
        workers_covered,
        submission_id,
        source_sheet,
        source_row,
        shift_meal_vnd as row_shift_meal_vnd,
        max(case status when 'in_force' then 3 when 'not_yet_effective' then 2 else 1 end) over agreement
            as standing,
        max(case when is_signed_in_period then 1 else 0 end) over agreement as is_signed,
        max(case when is_amended_in_period then 1 else 0 end) over agreement as amended_in_period,
        max(case when status = 'in_force' then 1 else 0 end) over agreement as is_in_force,
        min(case when is_expiring then 1 when status = 'in_force' then 0 end) over agreement as expiring,
        max(case when status = 'in_force' and scope <> 'enterprise' then 1 else 0 end) over agreement
            as multi_employer,
        coalesce(
            max(case when status = 'in_force' and quality <> 'not_graded' then quality end) over agreement,
            max(case when status = 'in_force' then quality end) over agreement
        ) as quality,
        max(case when status = 'in_force' then better_terms end) over agreement as better_terms,
        min(case when status = 'in_force' then shift_meal_vnd end) over agreement as shift_meal_vnd,
        row_number() over (
            partition by period, org_unit_code, agreement_code
            order by
                case status when 'in_force' then 1 when 'not_yet_effective' then 2 else 3 end asc,
                source_row asc
        ) as rank_by_standing,
        row_number() over (
            partition by period, org_unit_code, agreement_code
            order by
                case when status = 'in_force' and quality <> 'not_graded' then quality end desc nulls last,
                source_row asc
        ) as rank_by_quality,
        row_number() over (
            partition by period, org_unit_code, agreement_code
            order by case when status = 'in_force' then better_terms end desc nulls last, source_row asc
        ) as rank_by_better_terms,
        row_number() over (
            partition by period, org_unit_code, agreement_code
            order by case when status = 'in_force' then shift_meal_vnd end asc nulls last, source_row asc
        ) as rank_by_shift_meal
    from agreements
    window agreement as (partition by period, org_unit_code, agreement_code)
),

-- A worker under two agreements of the same employer counts once, with the one that covers most.
placed as (
    select
        whole.*,
        levels.org_unit_code as level_code,
        row_number() over (
            partition by whole.period, levels.org_unit_code, whole.tax_code
            order by
                case when whole.status = 'in_force' then whole.workers_covered end desc nulls last,
                whole.submission_id asc, whole.source_row asc
        ) as rank_by_workers,
        row_number() over (
            partition by whole.period, levels.org_unit_code
            order by
                case when whole.status = 'in_force' then whole.row_shift_meal_vnd end asc nulls last,
                whole.submission_id asc, whole.source_row asc
        ) as rank_by_lowest_meal
    from whole
    inner join levels
        on whole.period = levels.period and whole.org_unit_code = levels.reporter_code
),

asked as (
    select
        placed.*,
        measures.measure,
        measures.field
    from placed
    cross join measures
),

-- What the agreement counts for, and whether it is this row that brings it in.
measured as (
    select
        asked.*,
        case measure
            {% for measure, (field, condition) in of_standing.items() -%}
                when 'agreements.{{ measure }}' then case when {{ condition }} then 1 else 0 end
            {% endfor -%}
            {% for line in of_terms -%}
                {%- set measure, field, contribution = line.split(' | ') -%}
                when 'agreement_terms.{{ measure }}' then {{ contribution }}
            {% endfor -%}
            when 'agreement_terms.shift_meal_min'
                then case when status = 'in_force' then row_shift_meal_vnd end
            when 'agreements.workers_covered' then case when status = 'in_force' then workers_covered end
        end as counts_for,
        case
            when measure = 'agreement_terms.shift_meal_min' then rank_by_lowest_meal
            when field = 'workers_covered' then rank_by_workers
            when field = 'quality' then rank_by_quality
            when field = 'better_terms' then rank_by_better_terms
            when field = 'shift_meal_vnd' then rank_by_shift_meal
            else rank_by_standing
        end as rank_of_row
    from asked
),

final as (
    select
        period,
        level_code as org_unit_code,
        measure,
        'all' as sector,
        'as_reported' as basis,
        'all' as scope,
        cast(null as bigint) as threshold,
        cast(case when rank_of_row = 1 then counts_for when counts_for is not null then 0 end as double)
            as contribution,
        'fct_agreement' as fact,
        field,
        submission_id,
        source_sheet,
        source_row
    from measured
)

select * from final
where contribution is not null
