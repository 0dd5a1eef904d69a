-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with source as (
    select * from {{ source('lake', 'submissions') }}
),

final as (
    select
        cast(submission_id as string) as submission_id,
        cast(receipt_id as string) as receipt_id,
        cast(form as string) as form,
        cast(org_unit_code as string) as org_unit_code,
        cast(period as string) as period,
        cast(sent_by_code as string) as sent_by_code,
        cast(layout_version as bigint) as layout_version,
        cast(version as bigint) as version,
        cast(verdict as string) as verdict,
        cast(is_current as boolean) as is_current,
        cast(known_from as timestamp) as known_from,
        cast(known_to as timestamp) as known_to,
        cast(due_on as date) as due_on,
        cast(on_time as boolean) as on_time,
        cast(received_at as timestamp) as received_at,
        cast(file_name as string) as file_name,
        cast(sha256 as string) as sha256,
        cast(rows_found as bigint) as rows_found,
        cast(rows_preamble as bigint) as rows_preamble,
        cast(rows_header as bigint) as rows_header,
        cast(rows_total as bigint) as rows_total,
        cast(rows_footer as bigint) as rows_footer,
        cast(rows_accepted as bigint) as rows_accepted,
        cast(rows_returned as bigint) as rows_returned
    from source
)

select * from final
