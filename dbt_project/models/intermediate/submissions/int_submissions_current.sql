with submissions as (
    select * from {{ ref('stg_submissions') }}
),

final as (
    select
        submission_id,
        form,
        org_unit_code,
        period
    from submissions
    where is_current and verdict in ('accepted', 'accepted_with_queries')
)

select * from final
