with unions as (
    select * from {{ ref('int_unions_current') }}
),

agreements as (
    select * from {{ ref('int_agreements_current') }}
),

reporters as (
    select distinct
        period,
        org_unit_code
    from agreements
),

-- Matched within one reporter and period, as the cross-form rules do: codes are unique there and only there.
union_codes_in_force as (
    select distinct
        period,
        org_unit_code,
        union_code
    from agreements
    where status = 'in_force' and union_code is not null
),

tax_codes_in_force as (
    select distinct
        period,
        org_unit_code,
        tax_code
    from agreements
    where status = 'in_force' and union_code is null
),

final as (
    select
        unions.period,
        unions.org_unit_code,
        unions.union_code,
        unions.is_active and unions.may_sign_agreement as is_eligible,
        reporters.org_unit_code is not null as is_agreements_reported,
        case
            when reporters.org_unit_code is not null
                then
                    union_codes_in_force.union_code is not null or tax_codes_in_force.tax_code is not null
        end as has_agreement
    from unions
    left join reporters
        on unions.period = reporters.period and unions.org_unit_code = reporters.org_unit_code
    left join union_codes_in_force
        on
            unions.period = union_codes_in_force.period
            and unions.org_unit_code = union_codes_in_force.org_unit_code
            and unions.union_code = union_codes_in_force.union_code
    left join tax_codes_in_force
        on
            unions.period = tax_codes_in_force.period
            and unions.org_unit_code = tax_codes_in_force.org_unit_code
            and unions.tax_code = tax_codes_in_force.tax_code
)

select * from final
