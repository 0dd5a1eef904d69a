with enterprises as (
    select * from {{ ref('stg_enterprises') }}
),

submissions as (
    select * from {{ ref('int_submissions_current') }}
),

final as (
    select enterprises.*
    from enterprises
    inner join submissions on enterprises.submission_id = submissions.submission_id
)

select * from final
