-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with form_rows as (
    select * from {{ ref('stg_targets') }}
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
        form_rows.indicator_code,
        form_rows.target_set,
        form_rows.target_year,
        form_rows.first_year,
        form_rows.operator,
        form_rows.value,
        form_rows.threshold,
        form_rows.decided_by,
        submissions.version,
        submissions.known_from,
        submissions.known_to
    from form_rows
    inner join submissions on form_rows.submission_id = submissions.submission_id
)

select * from final
