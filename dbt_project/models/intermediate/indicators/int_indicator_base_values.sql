with membership as (
    select * from {{ ref('int_membership_by_unit') }}
    where sector = 'all' and basis = 'as_reported' and scope = 'all'
),

unions as (
    select * from {{ ref('int_union_counts_by_unit') }}
),

enterprises as (
    select * from {{ ref('int_enterprise_coverage_by_unit') }}
),

outreach as (
    select * from {{ ref('int_outreach_by_unit') }}
),

agreements as (
    select * from {{ ref('int_agreement_coverage_by_unit') }}
),

agreement_terms as (
    select * from {{ ref('int_agreement_terms_by_unit') }}
),

employees as (
    select * from {{ ref('int_employees_by_unit') }}
),

money as (
    select * from {{ ref('int_money_by_unit') }}
),

activity_values as (
    select * from {{ ref('int_activity_values') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

periods as (
    select * from {{ ref('int_periods_reported') }}
),

-- The columns of the detail models, one below the other. What depends on no threshold has the threshold 0.
measured as (
    {% for measure in indicator_measures().split() -%}
        {% set relation, column = measure.split('.') -%}
        select
            period,
            org_unit_code,
            '{{ measure }}' as measure,
            {% if relation in ('enterprises', 'employees') -%}
                threshold,
                is_national,
            {% else -%}
                cast(0 as bigint) as threshold,
                true as is_national,
            {% endif -%}
            cast({{ column }} as double) as value
        from {{ relation }}
        where {{ column }} is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Where there are several thresholds, what depends on none of them stands in the rows of each.
chosen as (
    select
        measured.period,
        measured.org_unit_code,
        indicators.indicator_code,
        case when indicators.uses_threshold then measured.threshold else 0 end as threshold,
        measured.value
    from measured
    inner join indicators
        on measured.measure = indicators.measure and (indicators.uses_threshold or measured.is_national)
    where indicators.origin = 'measure'
    union all
    select
        activity_values.period,
        activity_values.org_unit_code,
        activity_values.indicator_code,
        activity_values.threshold,
        activity_values.value
    from activity_values
    inner join indicators on activity_values.indicator_code = indicators.indicator_code
    where indicators.origin = 'activity'
),

final as (
    select chosen.*
    from chosen
    inner join indicators on chosen.indicator_code = indicators.indicator_code
    inner join periods
        on chosen.period = periods.period and {{ is_valid_on('indicators', 'periods.ends_on') }}
)

select * from final
