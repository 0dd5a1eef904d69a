with targets as (
    select * from {{ ref('int_targets_by_period') }}
),

actuals as (
    select * from {{ ref('int_indicator_values') }}
),

indicators as (
    select * from {{ ref('int_indicators') }}
),

completeness as (
    select * from {{ ref('int_completeness_to_date') }}
),

joined as (
    select
        targets.*,
        actuals.actual_period,
        actuals.value_to_date as actual_value,
        completeness.completeness_pct
    from targets
    left join actuals
        on
            targets.is_followed
            and targets.inherited_from_code is null
            and targets.period = actuals.period
            and targets.org_unit_code = actuals.org_unit_code
            and targets.indicator_code = actuals.indicator_code
            and coalesce(targets.threshold, 0) = actuals.threshold
    left join indicators on targets.indicator_code = indicators.indicator_code
    left join completeness
        on
            targets.is_followed
            and targets.inherited_from_code is null
            and targets.period = completeness.period
            and targets.org_unit_code = completeness.org_unit_code
            and indicators.subject = completeness.subject
            and indicators.frequency = completeness.frequency
            and indicators.is_summed = completeness.is_summed
),

final as (
    select
        joined.*,
        {{ percent('actual_value', 'target_value') }} as pct_of_target,
        case
            when not is_given then 'no_target'
            when is_qualitative then 'qualitative'
            when actual_value is null then 'no_data'
            when {{ target_is_met('operator', 'actual_value', 'target_value') }} then 'met'
            else 'not_met'
        end as status
    from joined
)

select * from final
