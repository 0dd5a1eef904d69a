-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with source as (
    select * from {{ source('lake', 'column_places') }}
),

final as (
    select
        cast(submission_id as string) as submission_id,
        cast(source_sheet as string) as source_sheet,
        cast(field as string) as field,
        cast(column_letter as string) as column_letter,
        cast(first_row as bigint) as first_row,
        cast(last_row as bigint) as last_row
    from source
)

select * from final
