-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with form_rows as (
    select * from {{ ref('stg_enterprises') }}
),

submissions as (
    select * from {{ ref('stg_submissions') }}
    where known_from is not null
),

final as (
    select
        form_rows.submission_id,
        form_rows.org_unit_code,
        form_rows.period,
        form_rows.source_sheet,
        form_rows.source_row,
        form_rows.tax_code,
        form_rows.enterprise_name,
        form_rows.ownership,
        form_rows.industrial_zone,
        form_rows.workers_total,
        form_rows.workers_female,
        form_rows.has_union,
        form_rows.union_code,
        form_rows.survey_visits,
        form_rows.outreach_status,
        submissions.version,
        submissions.known_from,
        submissions.known_to
    from form_rows
    inner join submissions on form_rows.submission_id = submissions.submission_id
)

select * from final
