-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with form_rows as (
    select * from {{ ref('stg_province_summary') }}
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
        form_rows.unit_code,
        form_rows.unit_name,
        form_rows.unions,
        form_rows.members_total,
        form_rows.members_female,
        form_rows.workers_total,
        form_rows.enterprises,
        form_rows.enterprises_with_union,
        form_rows.agreements_in_force,
        submissions.version,
        submissions.known_from,
        submissions.known_to
    from form_rows
    inner join submissions on form_rows.submission_id = submissions.submission_id
)

select * from final
