{% set expected = {
    'fee_expected_vnd': {'wages': 'fee_wage_fund_vnd', 'rate': 'fee_rate_pct'},
    'dues_expected_vnd': {'wages': 'dues_wage_fund_vnd', 'rate': 'dues_rate_pct'},
} %}

with activities as (
    select * from {{ ref('int_activities_by_unit') }}
),

parameters as (
    select * from {{ ref('parameters') }}
),

periods as (
    select * from {{ ref('int_periods_generated') }}
),

rates as (
    select
        periods.period,
        parameters.name,
        parameters.value
    from periods
    inner join parameters on {{ is_valid_on('parameters', 'periods.ends_on') }}
),

-- The rate depends on the period alone, so that wages may be summed before it is applied.
final as (
    select
        activities.period,
        activities.org_unit_code,
        {% for name, of in expected.items() -%}
            max(
                case
                    when activities.indicator_code = '{{ of.wages }}' and rates.name = '{{ of.rate }}'
                        then activities.actual_value * rates.value / 100
                end
            ) as {{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from activities
    inner join rates on activities.period = rates.period
    where activities.indicator_code in ('fee_wage_fund_vnd', 'dues_wage_fund_vnd')
    group by activities.period, activities.org_unit_code
)

select * from final
