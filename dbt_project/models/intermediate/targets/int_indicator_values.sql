with membership as (
    select * from {{ ref('int_membership_by_unit') }}
    where sector = 'all' and basis = 'as_reported' and scope = 'all'
),

enterprise_coverage as (
    select * from {{ ref('int_enterprise_coverage_by_unit') }}
),

enterprises as (
    select * from enterprise_coverage
    where is_national
),

agreements as (
    select * from {{ ref('int_agreement_coverage_by_unit') }}
),

activity_values as (
    select * from {{ ref('int_activity_values') }}
),

money as (
    select * from {{ ref('int_money_by_unit') }}
),

final as (
    {% set measures = [
        ('membership', 'members_total', 'members_total'),
        ('membership', 'members_female', 'members_female'),
        ('membership', 'workers_total', 'workers_total'),
        ('membership', 'workers_female', 'workers_female'),
        ('membership', 'grassroots_unions', 'unions'),
        ('membership', 'members_admitted', 'members_admitted'),
        ('membership', 'members_left', 'members_left'),
        ('membership', 'unions_founded', 'unions_founded'),
        ('membership', 'unions_with_groups', 'unions_with_groups'),
        ('membership', 'unions_with_sub_unions', 'unions_with_sub_unions'),
        ('membership', 'union_groups', 'union_groups'),
        ('membership', 'sub_unions', 'sub_unions'),
        ('membership', 'density_pct', 'density_pct'),
        ('membership', 'new_officers_trained_pct', 'new_officers_trained_pct'),
        ('enterprises', 'survey_visits', 'survey_visits'),
        ('agreements', 'agreement_coverage_pct', 'coverage_pct'),
        ('agreements', 'agreements_in_force', 'in_force'),
        ('agreements', 'agreements_signed', 'signed_in_period'),
        ('money', 'fee_expected_vnd', 'fee_expected_vnd'),
        ('money', 'dues_expected_vnd', 'dues_expected_vnd'),
    ] -%}
    {% for relation, indicator_code, measure in measures -%}
        select
            period,
            org_unit_code,
            '{{ indicator_code }}' as indicator_code,
            cast(0 as bigint) as threshold,
            cast({{ measure }} as double) as value
        from {{ relation }}
        union all
    {% endfor -%}
    select
        period,
        org_unit_code,
        'enterprise_coverage' as indicator_code,
        threshold,
        coverage_pct as value
    from enterprise_coverage
    union all
    select
        period,
        org_unit_code,
        indicator_code,
        threshold,
        value
    from activity_values
)

select * from final
