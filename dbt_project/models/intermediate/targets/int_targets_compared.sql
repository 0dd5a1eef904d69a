with targets as (
    select * from {{ ref('int_target_actuals') }}
),

expected as (
    select * from {{ ref('int_target_expected') }}
),

joined as (
    select
        targets.*,
        expected.expected_value,
        case when expected.expected_value is not null then expected.expected_by end as expected_by,
        expected.baseline_value,
        targets.operator in ('>', '>=') as is_lower_bound,
        targets.counted_over in ('year', 'term') as is_counted_up,
        {{ is_complete_enough('targets.completeness_pct') }} as is_complete,
        coalesce(
            {{ target_is_met('targets.operator', 'targets.actual_value', 'targets.target_value') }}, false
        ) as is_reached
    from targets
    left join expected on {{ is_same_target('targets', 'expected') }}
),

-- What is counted up never falls: once it is above what it may not exceed, no later report mends that.
described as (
    select
        joined.*,
        coalesce(
            is_counted_up and only_grows and not is_reached and actual_value >= target_value
            and operator in ('=', '<=', '<'),
            false
        ) as is_exceeded
    from joined
),

judged as (
    select
        described.*,
        case
            when not is_given then 'no_target'
            when is_qualitative then 'qualitative'
            when inherited_from_code is not null or actual_value is null then 'no_data'
            when counted_over = 'year' and year < target_year then 'no_data'
            when is_exceeded then 'behind'
            when
                is_reached
                and (is_complete or (is_lower_bound and only_grows))
                and (is_lower_bound or not is_counted_up or periods_left = 0)
                then 'met'
            when not is_complete then 'no_data'
            when periods_left = 0 then 'behind'
            when {{ target_is_on_pace('operator', 'actual_value', 'expected_value', 'target_value') }}
                then 'on_track'
            else 'behind'
        end as status
    from described
),

final as (
    select
        judged.*,
        case
            when status in ('met', 'on_track', 'behind')
                then {{ percent('actual_value', 'target_value') }}
        end as pct_of_target,
        case when status in ('met', 'on_track', 'behind') then target_value - actual_value end as gap_value,
        status = 'behind' and (periods_left = 0 or is_exceeded) as is_failed,
        case
            when
                status in ('on_track', 'behind')
                and not is_exceeded
                and not (operator in ('>', '<') and actual_value = target_value)
                then (target_value - actual_value) / nullif(periods_left, 0)
        end as required_per_period
    from judged
)

select * from final
