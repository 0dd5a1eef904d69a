{% set expected = {
    'fee_expected_vnd': {'wages': 'fee_wage_fund_vnd', 'rate': 'fee_rate_pct'},
    'dues_expected_vnd': {'wages': 'dues_wage_fund_vnd', 'rate': 'dues_rate_pct'},
} %}

with activities as (
    select * from {{ ref('int_activities_current') }}
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

final as (
    {% for name, of in expected.items() -%}
        select
            activities.period,
            activities.org_unit_code,
            '{{ name }}' as indicator_code,
            activities.actual_value * rates.value / 100 as value
        from activities
        inner join rates on activities.period = rates.period and rates.name = '{{ of.rate }}'
        where activities.indicator_code = '{{ of.wages }}' and activities.actual_value is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
