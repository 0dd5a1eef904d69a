-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with form_rows as (
    select * from {{ ref('stg_grassroots_unions') }}
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
        form_rows.union_code,
        form_rows.union_name,
        form_rows.union_type,
        form_rows.sector,
        form_rows.tax_code,
        form_rows.established_on,
        form_rows.ended_on,
        form_rows.workers_total,
        form_rows.workers_female,
        form_rows.members_total,
        form_rows.members_female,
        form_rows.members_admitted,
        form_rows.members_left,
        form_rows.union_groups,
        form_rows.sub_unions,
        form_rows.officers_elected,
        form_rows.officers_trained,
        form_rows.rating,
        submissions.version,
        submissions.known_from,
        submissions.known_to
    from form_rows
    inner join submissions on form_rows.submission_id = submissions.submission_id
)

select * from final
