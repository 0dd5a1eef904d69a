-- What is known without an end is what the facts hold.
with known as (
    select
        submission_id,
        source_row
    from {{ ref('history_grassroots_unions') }}
    where known_to is null
),

facts as (
    select
        submission_id,
        source_row
    from {{ ref('fct_membership') }}
)

(select * from known except select * from facts)
union all
(select * from facts except select * from known)
