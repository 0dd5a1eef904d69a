{%- set measures = {
    'enterprises.enterprises': 'workers_total',
    'enterprises.with_union': 'has_union',
    'enterprises.without_union': 'has_union',
    'enterprises.survey_visits': 'survey_visits',
    'enterprises.workers_unknown': 'tax_code',
    'enterprises.enterprises_reported': 'tax_code',
    'reconciliation.enterprises_with_union': 'has_union',
    'outreach.enterprises_surveyed': 'survey_visits',
    'outreach.outreach_surveyed': 'outreach_status',
    'outreach.outreach_approached': 'outreach_status',
    'outreach.outreach_refused': 'outreach_status',
    'outreach.outreach_union_founded': 'outreach_status',
} -%}
{%- set over_threshold = [
    'enterprises.enterprises', 'enterprises.with_union', 'enterprises.without_union'
] -%}

with enterprises as (
    select * from {{ ref('fct_enterprise') }}
),

levels as (
    select * from {{ ref('lineage_level') }}
    where basis = 'as_reported'
),

-- What depends on no threshold stands in the rows of none.
thresholds as (
    select
        period,
        org_unit_code,
        threshold,
        true as is_threshold
    from {{ ref('mart_enterprise_coverage') }}
    union
    select
        period,
        org_unit_code,
        null as threshold,
        false as is_threshold
    from {{ ref('mart_enterprise_coverage') }}
),

measures as (
    {% for measure, field in measures.items() -%}
        select
            '{{ measure }}' as measure,
            '{{ field }}' as field,
            {{ measure in over_threshold }} as uses_threshold
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

described as (
    select
        enterprises.*,
        levels.org_unit_code as level_code,
        case when enterprises.has_union then 1 when not enterprises.has_union then 0 end as union_flag,
        {{ outreach_stage('enterprises.outreach_status') }} as stage
    from enterprises
    inner join levels
        on enterprises.period = levels.period and enterprises.org_unit_code = levels.reporter_code
),

-- An enterprise that two units report counts once above both of them: the row that decides brings it in.
merged as (
    select
        described.*,
        max(workers_total) over enterprise as most_workers,
        max(union_flag) over enterprise as has_any_union,
        sum(survey_visits) over enterprise as all_visits,
        max(stage) over enterprise as furthest_stage,
        max(case when outreach_status = 'refused' then 1 else 0 end) over enterprise as is_refused,
        row_number() over (
            partition by period, level_code, tax_code
            order by workers_total desc nulls last, submission_id asc, source_row asc
        ) as rank_by_workers,
        row_number() over (
            partition by period, level_code, tax_code
            order by union_flag desc nulls last, submission_id asc, source_row asc
        ) as rank_by_union,
        row_number() over (
            partition by period, level_code, tax_code
            order by stage desc nulls last, submission_id asc, source_row asc
        ) as rank_by_stage,
        row_number() over (
            partition by period, level_code, tax_code
            order by survey_visits desc nulls last, submission_id asc, source_row asc
        ) as rank_by_visits
    from described
    window enterprise as (partition by period, level_code, tax_code)
),

measured as (
    select
        merged.*,
        measures.measure,
        measures.field,
        thresholds.threshold,
        case
            when merged.most_workers >= thresholds.threshold then 1
            when merged.most_workers < thresholds.threshold then 0
        end as is_over
    from merged
    cross join measures
    inner join thresholds
        on
            merged.period = thresholds.period
            and merged.level_code = thresholds.org_unit_code
            and measures.uses_threshold = thresholds.is_threshold
),

final as (
    select
        period,
        level_code as org_unit_code,
        measure,
        'all' as sector,
        'as_reported' as basis,
        'all' as scope,
        threshold,
        cast(
            case measure
                when 'enterprises.enterprises' then is_over * case rank_by_workers when 1 then 1 else 0 end
                when 'enterprises.with_union'
                    then is_over * has_any_union * case rank_by_union when 1 then 1 else 0 end
                when 'enterprises.without_union'
                    then is_over * (1 - has_any_union) * case rank_by_union when 1 then 1 else 0 end
                when 'enterprises.survey_visits' then survey_visits
                when 'enterprises.workers_unknown'
                    then case when most_workers is null and rank_by_workers = 1 then 1 else 0 end
                when 'enterprises.enterprises_reported' then case rank_by_workers when 1 then 1 else 0 end
                when 'reconciliation.enterprises_with_union'
                    then has_any_union * case rank_by_union when 1 then 1 else 0 end
                when 'outreach.enterprises_surveyed'
                    then
                        case
                            when all_visits > 0 and rank_by_visits = 1 then 1
                            when all_visits >= 0 then 0
                        end
                when 'outreach.outreach_surveyed'
                    then
                        case
                            when furthest_stage >= 1 and rank_by_stage = 1 then 1
                            when furthest_stage >= 0 then 0
                        end
                when 'outreach.outreach_approached'
                    then
                        case
                            when furthest_stage >= 2 and rank_by_stage = 1 then 1
                            when furthest_stage >= 0 then 0
                        end
                when 'outreach.outreach_refused'
                    then
                        case
                            when furthest_stage = 2 and is_refused = 1 and rank_by_stage = 1 then 1
                            when furthest_stage >= 0 then 0
                        end
                when 'outreach.outreach_union_founded'
                    then
                        case
                            when furthest_stage = 3 and rank_by_stage = 1 then 1
                            when furthest_stage >= 0 then 0
                        end
            end as double
        ) as contribution,
        'fct_enterprise' as fact,
        field,
        submission_id,
        source_sheet,
        source_row
    from measured
)

select * from final
where contribution is not null
