-- Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it.
with source as (
    select * from {{ source('lake', 'agreements') }}
),

final as (
    select
        cast(submission_id as string) as submission_id,
        cast(org_unit_code as string) as org_unit_code,
        cast(period as string) as period,
        cast(source_sheet as string) as source_sheet,
        cast(source_row as bigint) as source_row,
        cast(agreement_code as string) as agreement_code,
        cast(scope as string) as scope,
        cast(tax_code as string) as tax_code,
        cast(employer_name as string) as employer_name,
        cast(union_code as string) as union_code,
        cast(signed_on as date) as signed_on,
        cast(effective_on as date) as effective_on,
        cast(expires_on as date) as expires_on,
        cast(sent_on as date) as sent_on,
        cast(workers_covered as bigint) as workers_covered,
        cast(quality as string) as quality,
        cast(better_terms as bigint) as better_terms,
        cast(shift_meal_vnd as bigint) as shift_meal_vnd,
        cast(amended_on as date) as amended_on,
        cast(note as string) as note
    from source
)

select * from final
