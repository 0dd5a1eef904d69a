with activities as (
    select * from {{ ref('stg_activities') }}
),

submissions as (
    select * from {{ ref('int_submissions_current') }}
),

final as (
    select activities.*
    from activities
    inner join submissions on activities.submission_id = submissions.submission_id
)

select * from final
