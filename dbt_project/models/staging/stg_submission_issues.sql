-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with source as (
    select * from {{ source('lake', 'submission_issues') }}
),

final as (
    select
        cast(submission_id as string) as submission_id,
        cast(rule_code as string) as rule_code,
        cast(severity as string) as severity,
        cast(sheet as string) as sheet,
        cast(source_row as bigint) as source_row,
        cast(cell as string) as cell,
        cast(field as string) as field,
        cast(value as string) as value,
        cast(message_vi as string) as message_vi,
        cast(is_explained as boolean) as is_explained
    from source
)

select * from final
