-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with source as (
    select * from {{ source('lake', 'grassroots_unions') }}
),

final as (
    select
        cast(submission_id as string) as submission_id,
        cast(org_unit_code as string) as org_unit_code,
        cast(period as string) as period,
        cast(source_sheet as string) as source_sheet,
        cast(source_row as bigint) as source_row,
        cast(union_code as string) as union_code,
        cast(union_name as string) as union_name,
        cast(union_type as string) as union_type,
        cast(sector as string) as sector,
        cast(tax_code as string) as tax_code,
        cast(established_on as date) as established_on,
        cast(ended_on as date) as ended_on,
        cast(workers_total as bigint) as workers_total,
        cast(workers_female as bigint) as workers_female,
        cast(members_total as bigint) as members_total,
        cast(members_female as bigint) as members_female,
        cast(members_admitted as bigint) as members_admitted,
        cast(members_left as bigint) as members_left,
        cast(union_groups as bigint) as union_groups,
        cast(sub_unions as bigint) as sub_unions,
        cast(officers_elected as bigint) as officers_elected,
        cast(officers_trained as bigint) as officers_trained,
        cast(rating as string) as rating,
        cast(note as string) as note
    from source
)

select * from final
