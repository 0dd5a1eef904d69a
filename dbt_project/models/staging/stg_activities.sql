-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with source as (
    select * from {{ source('lake', 'activities') }}
),

final as (
    select
        cast(submission_id as string) as submission_id,
        cast(org_unit_code as string) as org_unit_code,
        cast(period as string) as period,
        cast(source_sheet as string) as source_sheet,
        cast(source_row as bigint) as source_row,
        cast(indicator_code as string) as indicator_code,
        cast(indicator_name as string) as indicator_name,
        cast(unit as string) as unit,
        cast(plan_value as double) as plan_value,
        cast(actual_value as double) as actual_value,
        cast(note as string) as note
    from source
)

select * from final
