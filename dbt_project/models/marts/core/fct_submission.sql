with submissions as (
    select * from {{ ref('stg_submissions') }}
),

final as (
    select
        submission_id,
        receipt_id,
        form,
        org_unit_code,
        period,
        sent_by_code,
        layout_version,
        version,
        verdict,
        is_current,
        known_from,
        known_to,
        due_on,
        on_time,
        received_at,
        file_name,
        sha256,
        rows_found,
        rows_preamble,
        rows_header,
        rows_total,
        rows_footer,
        rows_accepted,
        rows_returned
    from submissions
)

select * from final
