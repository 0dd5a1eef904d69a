-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with source as (
    select * from {{ source('lake', 'province_summary') }}
),

final as (
    select
        cast(submission_id as string) as submission_id,
        cast(org_unit_code as string) as org_unit_code,
        cast(period as string) as period,
        cast(source_sheet as string) as source_sheet,
        cast(source_row as bigint) as source_row,
        cast(unit_code as string) as unit_code,
        cast(unit_name as string) as unit_name,
        cast(unions as bigint) as unions,
        cast(members_total as bigint) as members_total,
        cast(members_female as bigint) as members_female,
        cast(workers_total as bigint) as workers_total,
        cast(enterprises as bigint) as enterprises,
        cast(enterprises_with_union as bigint) as enterprises_with_union,
        cast(agreements_in_force as bigint) as agreements_in_force,
        cast(note as string) as note
    from source
)

select * from final
