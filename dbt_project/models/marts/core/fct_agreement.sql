with agreements as (
    select * from {{ ref('int_agreements_current') }}
),

final as (
    select
        period,
        org_unit_code,
        agreement_code,
        tax_code,
        employer_name,
        union_code,
        scope,
        signed_on,
        effective_on,
        expires_on,
        term_days,
        status,
        is_signed_in_period,
        is_amended_in_period,
        is_expiring,
        sent_on,
        amended_on,
        workers_covered,
        quality,
        better_terms,
        shift_meal_vnd,
        submission_id,
        source_sheet,
        source_row
    from agreements
)

select * from final
