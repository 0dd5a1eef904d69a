with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

money as (
    select * from {{ ref('int_money_by_reporter') }}
),

-- Decimals, so that the sum does not depend on the order of the rows.
final as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        {% for name in ['fee_expected_vnd', 'dues_expected_vnd'] -%}
            cast(
                sum(
                    case when money.indicator_code = '{{ name }}' then cast(money.value as decimal(28, 4)) end
                ) as double
            ) as {{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from money
    inner join ancestors
        on money.period = ancestors.period and money.org_unit_code = ancestors.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
)

select * from final
