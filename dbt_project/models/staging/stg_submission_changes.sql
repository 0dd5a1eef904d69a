-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with source as (
    select * from {{ source('lake', 'submission_changes') }}
),

final as (
    select
        cast(submission_id as string) as submission_id,
        cast(previous_submission_id as string) as previous_submission_id,
        cast(form as string) as form,
        cast(period as string) as period,
        cast(row_key as string) as row_key,
        cast(change as string) as change,
        cast(field as string) as field,
        cast(old_value as string) as old_value,
        cast(new_value as string) as new_value
    from source
)

select * from final
