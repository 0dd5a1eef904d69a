-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with source as (
    select * from {{ source('lake', 'enterprises') }}
),

final as (
    select
        cast(submission_id as string) as submission_id,
        cast(org_unit_code as string) as org_unit_code,
        cast(period as string) as period,
        cast(source_sheet as string) as source_sheet,
        cast(source_row as bigint) as source_row,
        cast(tax_code as string) as tax_code,
        cast(enterprise_name as string) as enterprise_name,
        cast(ownership as string) as ownership,
        cast(industrial_zone as string) as industrial_zone,
        cast(workers_total as bigint) as workers_total,
        cast(workers_female as bigint) as workers_female,
        cast(has_union as boolean) as has_union,
        cast(union_code as string) as union_code,
        cast(survey_visits as bigint) as survey_visits,
        cast(outreach_status as string) as outreach_status,
        cast(note as string) as note
    from source
)

select * from final
