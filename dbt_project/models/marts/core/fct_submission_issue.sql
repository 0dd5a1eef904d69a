with issues as (
    select * from {{ ref('stg_submission_issues') }}
),

final as (
    select
        submission_id,
        rule_code,
        severity,
        sheet,
        source_row,
        cell,
        field,
        value,
        message_vi,
        is_explained
    from issues
)

select * from final
