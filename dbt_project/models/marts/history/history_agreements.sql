-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with form_rows as (
    select * from {{ ref('stg_agreements') }}
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
        form_rows.agreement_code,
        form_rows.scope,
        form_rows.tax_code,
        form_rows.employer_name,
        form_rows.union_code,
        form_rows.signed_on,
        form_rows.effective_on,
        form_rows.expires_on,
        form_rows.sent_on,
        form_rows.workers_covered,
        form_rows.quality,
        form_rows.better_terms,
        form_rows.shift_meal_vnd,
        form_rows.amended_on,
        submissions.version,
        submissions.known_from,
        submissions.known_to
    from form_rows
    inner join submissions on form_rows.submission_id = submissions.submission_id
)

select * from final
