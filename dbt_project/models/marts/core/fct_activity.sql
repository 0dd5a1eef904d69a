with activities as (
    select * from {{ ref('int_activities_current') }}
),

final as (
    select
        period,
        org_unit_code,
        indicator_code,
        plan_value,
        actual_value,
        {{ percent('actual_value', 'plan_value') }} as pct_of_plan,
        submission_id,
        source_sheet,
        source_row
    from activities
)

select * from final
