-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with source as (
    select * from {{ source('lake', 'targets') }}
),

final as (
    select
        cast(submission_id as string) as submission_id,
        cast(org_unit_code as string) as org_unit_code,
        cast(period as string) as period,
        cast(source_sheet as string) as source_sheet,
        cast(source_row as bigint) as source_row,
        cast(unit_code as string) as unit_code,
        cast(indicator_code as string) as indicator_code,
        cast(target_set as string) as target_set,
        cast(target_year as bigint) as target_year,
        cast(first_year as bigint) as first_year,
        cast(operator as string) as operator,
        cast(value as double) as value,
        cast(threshold as bigint) as threshold,
        cast(decided_by as string) as decided_by,
        cast(note as string) as note
    from source
)

select * from final
